const WORDS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it is not yours to open',
  EPERM: 'it is not yours to open',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
}

/** Why a file cannot be read or written, without a full stop. */
export const fileTrouble = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  return WORDS[code ?? ''] ?? message
}
