// Closed forms of queueing theory (scoring.md section 9). Numbers in, numbers out; nothing is simulated here.
// Symbols: λ arrivals per second, μ services per second and server, a = λ/μ offered load, c servers, ρ = a/c < 1.

/** Erlang B: share of arrivals blocked in M/M/c/c, by the stable recursion. */
export const erlangB = (servers: number, offered: number): number => {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (offered * blocked) / (k + offered * blocked);
  return blocked;
};

/** Erlang C: share of arrivals that wait in M/M/c. Needs ρ < 1. */
export const erlangC = (servers: number, offered: number): number => {
  const blocked = erlangB(servers, offered);
  return blocked / (1 - (offered / servers) * (1 - blocked));
};

export interface WaitInMMc {
  readonly waits: number;
  readonly meanWaitSeconds: number;
  readonly meanQueue: number;
  /** P(W > t). */
  readonly waitsLonger: (seconds: number) => number;
}

/** M/M/c: C, W_q = C/(cμ − λ), L_q = λ·W_q, P(W > t) = C·exp(−(cμ − λ)·t). */
export const mmc = (servers: number, lambda: number, mu: number): WaitInMMc => {
  const waits = erlangC(servers, lambda / mu);
  const spare = servers * mu - lambda;
  return {
    waits,
    meanWaitSeconds: waits / spare,
    meanQueue: (lambda * waits) / spare,
    waitsLonger: (seconds) => waits * Math.exp(-spare * seconds),
  };
};

/** M/M/c/K with room for `places` in all: blocking, mean queue, mean wait of the accepted. */
export const mmck = (
  servers: number,
  places: number,
  lambda: number,
  mu: number,
): { readonly blocked: number; readonly meanQueue: number; readonly meanWaitSeconds: number } => {
  const weights = [1];
  for (let n = 1; n <= places; n++) weights.push((weights[n - 1]! * lambda) / (mu * Math.min(n, servers)));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const blocked = weights[places]! / total;
  const meanQueue = weights.reduce((sum, w, n) => sum + (Math.max(0, n - servers) * w) / total, 0);
  return { blocked, meanQueue, meanWaitSeconds: meanQueue / (lambda * (1 - blocked)) };
};

/** M/G/1, first come first served: W_q = λ·E[S²]/(2(1 − ρ)) (Pollaczek–Khinchine). */
export const mg1Wait = (lambda: number, meanService: number, meanSquareService: number): number =>
  (lambda * meanSquareService) / (2 * (1 - lambda * meanService));
