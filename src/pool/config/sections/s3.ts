import { text, yesNo } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { bucketName, filterCommand, secretFile, sizeBytes, url } from "../value-types.ts";

export const s3 = {
  description: "the store action: how staged days get into Amazon S3, or any store that is compatible with it",
  keys: {
    s3_bucket: {
      schema: bucketName,
      required: true,
      description: "the bucket, or BUCKET/FOLDER",
      example: "example.com-backup/office",
    },
    endpoint: {
      schema: url,
      absent: "Amazon's",
      description: "the address of another store",
      example: "https://s3.example.org",
    },
    region: { schema: text, default: "us-east-1", description: "the region of the bucket", example: "eu-central-1" },
    path_style: {
      schema: yesNo,
      default: "no",
      description: "put the bucket into the path of the address, not into its host name",
      example: "yes",
    },
    credentials: {
      schema: secretFile,
      absent: "the environment, ~/.aws and what else the AWS SDK looks at",
      description: "a file of two lines, aws_access_key_id = … and aws_secret_access_key = …",
      example: "credential:s3",
    },
    encrypt_command: {
      schema: filterCommand,
      absent: "files are uploaded as they are",
      description: "run for each file, as the backup_user; what it writes is uploaded",
      example: `/usr/bin/gpg -e -r backup@example.org -o \${output} \${input}`,
    },
    full_size_limit: {
      schema: sizeBytes,
      absent: "no limit",
      description: "refuse to upload more than this in the week's first run",
      example: "1.1 GB",
    },
    incr_size_limit: {
      schema: sizeBytes,
      absent: "no limit",
      description: "refuse to upload more than this on other days",
      example: "600 MB",
    },
    check_data: {
      schema: yesNo,
      default: "yes",
      description: "read back what was uploaded and compare its SHA-256; no: compare sizes and recorded checksums only",
      example: "no",
    },
    warn_midnite: {
      schema: yesNo,
      default: "no",
      description: "warn when the day that is stored is not today's",
      example: "yes",
    },
  },
} as const satisfies PoolSectionRule;
