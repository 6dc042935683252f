// SHA-256 of a schedule's text, hex: the proof that two runs answered the same requests.

import { createHash } from 'node:crypto';
import type { Schedule } from '../model/schedule.ts';
import { scheduleText } from '../model/schedule.ts';

export const scheduleHash = (schedule: Schedule): string => {
  const hash = createHash('sha256');
  for (const piece of scheduleText(schedule)) hash.update(piece);
  return hash.digest('hex');
};
