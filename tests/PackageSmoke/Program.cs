// One hook, set through the package as published. Prints how many calls it saw: 1. See tests/PackageCheck/arm64.
using System.Runtime.CompilerServices;
using Instrumentation;

await using var session = await InstrumentationSession.StartAsync();
var handle = await session.AttachAsync(Probe.Method(() => Work.Do(0)).Count());

Work.Do(1);
Console.WriteLine(handle.Read().Total);

internal static class Work
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Do(int value) => value + 1;
}
