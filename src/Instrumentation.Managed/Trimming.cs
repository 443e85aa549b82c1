using System.Diagnostics.CodeAnalysis;

// What a program that is trimmed or compiled ahead of time would be warned of, and why there is nothing to warn of: what the engine itself needs is kept (ILLink.Descriptors.xml); of the
// program and its packages it looks at what is there, and what was trimmed away is a place that is not found, or a gap of the probe's coverage.
[assembly: UnconditionalSuppressMessage("Trimming", "IL2026", Scope = "module", Justification = "What was trimmed away is not called, and need not be seen.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2055", Scope = "module", Justification = "What was trimmed away is not called, and need not be seen.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2057", Scope = "module", Justification = "A type that was trimmed away is not found, and the error says so.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2059", Scope = "module", Justification = "What runs early is a static constructor that would run anyway.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2060", Scope = "module", Justification = "The generic methods are the engine's own, which is kept whole.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2067", Scope = "module", Justification = "No constructor of such a type is called.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2070", Scope = "module", Justification = "What was trimmed away is not called, and need not be seen.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2072", Scope = "module", Justification = "What was trimmed away is not called, and need not be seen.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2075", Scope = "module", Justification = "A member that was trimmed away is not found, and the error or the gap says so.")]
[assembly: UnconditionalSuppressMessage("Trimming", "IL2080", Scope = "module", Justification = "What was trimmed away is not called, and need not be seen.")]
[assembly: UnconditionalSuppressMessage("AOT", "IL3050", Scope = "module", Justification = "RuntimeProfiler.Attach refuses where there is no dynamic code, before any is made.")]
