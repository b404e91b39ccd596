// Loaded into a measured Node process: writes its peak memory to the file named by RCC_USAGE_FILE when it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.RCC_USAGE_FILE, String(process.resourceUsage().maxRSS * 1024));
});
