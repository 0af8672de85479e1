/** Tells the exit code of a command that has done its work. */
export type SetExitCode = (code: number) => void;
