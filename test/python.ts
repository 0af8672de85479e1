/** Debian's own: what another one on the PATH needs to start, a test that asks it often has not the time for. */
export const PYTHON = "/usr/bin/python3";
