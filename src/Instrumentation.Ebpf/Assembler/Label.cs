namespace Instrumentation.Ebpf.Assembler;

/// <summary>A place in code that is being built: jumped to before or after it is marked. Belongs to the builder that made it.</summary>
/// <param name="Number">Its number in the builder.</param>
/// <param name="Name">What it is called in errors; the name of a function for one that begins a function.</param>
internal readonly record struct Label(int Number, string Name);
