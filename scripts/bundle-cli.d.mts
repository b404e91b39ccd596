export declare function bundleCli(outfile: string): Promise<void>;
