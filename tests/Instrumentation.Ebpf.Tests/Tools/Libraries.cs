using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Tests.Tools;

/// <summary>Real libraries that the tests read.</summary>
internal static class Libraries
{
    public static string Libc => LibraryResolver.Resolve("libc.so.6").Path;

    public static string LibStdCpp => LibraryResolver.Resolve("libstdc++.so.6").Path;

    public static string Sqlite => Directory
        .GetFiles(AppContext.BaseDirectory, "libe_sqlite3.so", SearchOption.AllDirectories)
        .Single(path => path.Contains(Machine, StringComparison.Ordinal));

    public static TheoryData<string> All => new(Libc, LibStdCpp, Sqlite, Environment.ProcessPath!);

    private static string Machine => System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier.StartsWith("linux-musl", StringComparison.Ordinal)
        ? "linux-musl-x64"
        : $"linux-{System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}/";
}
