/**
 * What an idle device does at the tail, when nothing waits for anybody: batches of other devices that it would end much
 * earlier. Both may compute one in the end, because a session takes nothing back; the first answer counts, and they are
 * equal in all that a run promises.
 */

import type { Job } from './job.ts';
import type { Member } from './member.ts';

/** Another device has to end a batch that waits in less than this share of the time; below 1, because forecasts are not exact. */
const SHARE_WAITING = 0.9;
/** The same for one that has begun: a try for nothing is more likely. */
const SHARE_BEGUN = 0.5;
/** What has begun may take this share of its whole time longer than is expected. */
const DOUBT = 0.25;

/** Devices that compute the same batch at most. */
const MOST_ATTEMPTS = 3;

export interface Takeover {
  readonly job: Job;
  /** Index of the device that shall do it as well. */
  readonly member: number;
}

/** What idle devices shall do now: the batches that end latest go to the fastest of them. */
export function takeovers(members: readonly Member[], now: number): Takeover[] {
  const idle = new Set(members.keys().filter((i) => members[i]!.idle > 0));
  if (idle.size === 0) return [];
  const all: Takeover[] = [];
  for (const [job, within] of [...lateJobs(members, now)].sort(([, a], [, b]) => b - a)) {
    let best = -1;
    let least = within;
    for (const i of idle) {
      const member = members[i]!;
      if (!member.can(job.work.encoder) || member.seconds(job) >= least || job.isOn(member)) continue;
      best = i;
      least = member.seconds(job);
    }
    if (best < 0) continue;
    all.push({ job, member: best });
    idle.delete(best);
  }
  return all;
}

/** What is under way, with the seconds in which another device would have to end it. */
function lateJobs(members: readonly Member[], now: number): Map<Job, number> {
  const jobs = new Map<Job, number>();
  for (const member of members) {
    member.forecast(now, ({ job, startedAt }, end) => {
      if (job.isSettled || job.attempts.size === MOST_ATTEMPTS) return;
      const within = startedAt === undefined ? SHARE_WAITING * end : SHARE_BEGUN * (end + DOUBT * member.seconds(job));
      jobs.set(job, Math.min(within, jobs.get(job) ?? within));
    });
  }
  return jobs;
}
