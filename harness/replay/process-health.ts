// Was this process itself the bottleneck? Event loop utilisation and delay, CPU, the longest garbage collection.
// Takes nothing; gives figures for the validity gate (load-generation.md section 8).

import type { EventLoopUtilization, ELDHistogram } from 'node:perf_hooks';
import { PerformanceObserver, monitorEventLoopDelay, performance } from 'node:perf_hooks';

export interface ProcessHealth {
  /** Share of the time that the event loop was busy, 0 to 1. */
  readonly eventLoopUtilisation: number;
  readonly eventLoopDelayP99Millis: number;
  /** CPU seconds per wall second. */
  readonly cpuCores: number;
  readonly longestGcMillis: number;
}

export interface HealthMonitor {
  /** Figures since the start; ends the measurement. */
  readonly stop: () => ProcessHealth;
}

const RESOLUTION_MILLIS = 5;

export const monitorHealth = (): HealthMonitor => {
  const delay: ELDHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delay.enable();
  const loopFrom: EventLoopUtilization = performance.eventLoopUtilization();
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  let longestGcMillis = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longestGcMillis = Math.max(longestGcMillis, entry.duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    stop: () => {
      delay.disable();
      observer.disconnect();
      const cpu = process.cpuUsage(cpuFrom);
      return {
        eventLoopUtilisation: performance.eventLoopUtilization(loopFrom).utilization,
        // The histogram holds whole intervals: what exceeds the resolution is the delay.
        eventLoopDelayP99Millis: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MILLIS),
        cpuCores: (cpu.user + cpu.system) / 1000 / Math.max(1, performance.now() - from),
        longestGcMillis,
      };
    },
  };
};
