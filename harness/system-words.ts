// What the system refused, in words: no ENOENT, no name of a system call.

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'a file of that name is there',
  EISDIR: 'it is a folder',
  ENOENT: 'it is not there',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'it, or a part of its path, is a file where a folder is expected',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only',
};

/** @example systemWords(error) // 'it is not there' for ENOENT; what the error says where no words are known */
export const systemWords = (cause: unknown): string =>
  WORDS[(cause as NodeJS.ErrnoException | null)?.code ?? ''] ??
  (cause instanceof Error ? cause.message : String(cause));
