/** Debian's own. What the PATH finds first may be a wrapper that needs longer to start than the tests' questions take. */
export const PYTHON = "/usr/bin/python3";
