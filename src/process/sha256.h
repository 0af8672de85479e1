// SHA-256 as OpenSSL has it: Node.js has OpenSSL in it, and shows it to addons. Its headers need not be there to build.
#ifndef BAKUP_SHA256_H
#define BAKUP_SHA256_H

#include <stddef.h>

typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
const EVP_MD *EVP_sha256(void);
int EVP_Digest(const void *bytes, size_t count, unsigned char *hash, unsigned *length, const EVP_MD *kind, void *engine);
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *context);
int EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *kind, void *engine);
int EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t count);
int EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *hash, unsigned *length);

/** Bytes of a hash. */
#define SHA256_BYTES 32

#endif
