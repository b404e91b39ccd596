/** What onnxruntime does to a graph before it runs it: everything it can for this processor, or nothing. */
export type Optimization = 'all' | 'disabled';
