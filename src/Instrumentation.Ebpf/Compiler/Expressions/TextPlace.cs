namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Where text is that ends with a zero byte.</summary>
/// <param name="IsKernel">True for the kernel's memory (the program's own included), false for that of the process.</param>
/// <param name="Most">The most bytes that it has where it lies in an array, which it may fill without a zero byte; null when only the zero byte ends it.</param>
internal readonly record struct TextPlace(bool IsKernel, int? Most);
