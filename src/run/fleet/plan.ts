/**
 * Which device gets which batch now: list scheduling on unequal machines, planned far ahead and carried out only as far as
 * it has to be.
 *
 * Each task in turn is thought of at the machine that would end it first, behind what that machine has and behind the
 * tasks before it (Graham's list scheduling; with the longest tasks first, LPT, the end is near the best one). So a slow
 * machine gets a task exactly when no faster one would get to it and end it earlier.
 *
 * A task that a lane can begin at once is sent. One that would wait there, which only saves the moment between two tasks, is sent
 * while the plan has more for that machine than it can hold; towards the end it stays here until a lane is free, because by
 * then more is known: a slow machine's last task is what delays the end.
 */

export interface Machine<Task> {
  /** Tasks that may be sent to it now. */
  readonly room: number;
  /** Of those, tasks that it would begin at once. */
  readonly idle: number;
  /** Seconds from now at which each of its lanes has done what it has. */
  readonly lanes: readonly number[];
  /** Seconds of one lane for the task; Infinity where it cannot do it. */
  seconds(task: Task): number;
}

export interface Assignment<Task> {
  readonly task: Task;
  /** Index of the machine. */
  readonly machine: number;
}

/** Rounds of all lanes that have to lie behind a task before it is sent to wait. */
const ROUNDS_BEHIND = 2;
/**
 * How much longer than expected a task is taken to be when machines are compared. Times and speeds are known to 20 % each,
 * and being late with a long task costs everybody; bench/fleet.ts is best with 1.2 to 1.3.
 */
const CAUTION = 1.3;

/**
 * @param tasks in the order in which they shall be done
 * @returns what is to be sent now, for each machine in the order of the tasks
 */
export function assign<Task>(tasks: readonly Task[], machines: readonly Machine<Task>[]): Assignment<Task>[] {
  const states = machines.map(({ room, lanes }) => ({
    lanes: [...lanes],
    earliest: Math.min(...lanes),
    mine: [] as Task[],
    /** Tasks after which nothing has to be known any more. */
    enough: room === 0 ? 0 : room + (machines.length === 1 ? 0 : ROUNDS_BEHIND * lanes.length),
  }));
  let open = states.filter(({ enough }) => enough > 0).length;
  for (const task of tasks) {
    if (open === 0) break;
    let machine = -1;
    let soonest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < machines.length; i += 1) {
      const end = states[i]!.earliest + CAUTION * machines[i]!.seconds(task);
      if (end >= soonest) continue;
      machine = i;
      soonest = end;
    }
    const state = states[machine];
    if (state === undefined) continue;
    state.lanes[state.lanes.indexOf(state.earliest)] = state.earliest + machines[machine]!.seconds(task);
    state.earliest = Math.min(...state.lanes);
    if (state.mine.length === state.enough) continue;
    state.mine.push(task);
    if (state.mine.length === state.enough) open -= 1;
  }
  return states.flatMap(({ mine, enough }, machine) => {
    const { room, idle } = machines[machine]!;
    const behind = enough - room;
    const waiting = Math.max(0, mine.length - behind);
    return mine.slice(0, Math.min(room, Math.max(idle, waiting))).map((task) => ({ task, machine }));
  });
}
