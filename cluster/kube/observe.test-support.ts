// A platform with no more than an observer looks at.

import {
  exampleDeployment,
  examplePlatform as platformOf,
  examplePrometheus,
} from '../../model/example-platform.test-support.ts';
import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';

export const examplePlatform: Platform = platformOf(exampleDeployment(), {
  prometheus: examplePrometheus({ version: '3', hostName: 'localhost', retention: seconds(86_400) }),
  controller: { version: '1.37', syncPeriod: seconds(15), tolerance: 0.1, downscaleStabilization: seconds(300) },
});
