// Sockets for datagrams, which Node.js does not have and which journald and systemd want. Two functions:
//
//   connect(path: string): number         a connected socket; a path that begins with "@" is an abstract one
//   send(socket: number, bytes: Uint8Array): void
//
// Both wait where they must, so that what was sent is there when the process ends. Both throw an Error whose `code` is
// the errno's name. What is too long for a datagram goes in a sealed memory file, as journald's protocol has it.
#define _GNU_SOURCE
#include "../process/addon.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_BUFFER_BYTES (8 << 20)
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static napi_value connect_datagram(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value path, result;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  napi_get_cb_info(env, info, &count, &path, NULL, NULL);
  if (napi_get_value_string_utf8(env, path, NULL, 0, &length) != napi_ok) return fail(env, EINVAL);
  if (length >= sizeof address.sun_path) return fail(env, ENAMETOOLONG);
  napi_get_value_string_utf8(env, path, address.sun_path, sizeof address.sun_path, &length);
  if (address.sun_path[0] == '@') address.sun_path[0] = 0;

  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(env, errno);
  int bytes = SEND_BUFFER_BYTES;
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (connect(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + length) < 0) {
    int error = errno;
    close(fd);
    return fail(env, error);
  }
  napi_create_int32(env, fd, &result);
  return result;
}

static int write_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t written = write(fd, data, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -1;
    data += written;
    length -= written;
  }
  return 0;
}

static int send_message(int fd, struct msghdr *message) {
  ssize_t sent;
  do sent = sendmsg(fd, message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -1 : 0;
}

static int send_file(int fd, const char *data, size_t length) {
  int file = memfd_create("journal entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control.space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof file);
  memcpy(CMSG_DATA(header), &file, sizeof file);
  int result = write_all(file, data, length) < 0 || fcntl(file, F_ADD_SEALS, SEALS) < 0 ? -1 : send_message(fd, &message);
  int error = errno;
  close(file);
  errno = error;
  return result;
}

static napi_value send_datagram(napi_env env, napi_callback_info info) {
  size_t count = 2, length = 0;
  napi_value arguments[2];
  int32_t fd = -1;
  char *data = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &fd) != napi_ok || !bytes_of(env, arguments[1], &data, &length))
    return fail(env, EINVAL);
  struct iovec part = {.iov_base = data, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  int result = send_message(fd, &message);
  if (result < 0 && (errno == EMSGSIZE || errno == ENOBUFS)) result = send_file(fd, data, length);
  return result < 0 ? fail(env, errno) : NULL;
}

void add_datagrams(napi_env env, napi_value exports) {
  add_function(env, exports, "connect", connect_datagram);
  add_function(env, exports, "send", send_datagram);
}
