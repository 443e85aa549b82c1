using System.Runtime.InteropServices;
using Instrumentation;

namespace Consumer;

/// <summary>Probes on what the kernel does for the program, and on native functions; needs rights.</summary>
internal static class KernelUse
{
    private const string Nowhere = "/nowhere/to/be/found";

    public static async Task RunAsync()
    {
        var session = await InstrumentationSession.StartAsync();
        try
        {
            await session.AttachAsync(Probe.Method(() => Open()).AsSpan());
            var missing = await session.AttachAsync(
                Probe.Syscall("openat").OnReturn().ThisProcess()
                     .When(c => c.Return<int>() < 0)
                     .Capture(c => new { Path = c.String(c.Arg<nint>("filename")), Error = -c.Return<int>() }));
            var decoded = await session.AttachAsync(Probe.Function("libc.so.6", "a64l").ThisProcess().Count());
            var cpu = await session.AttachAsync(Probe.Sample(499).ThisProcess().Stacks());

            Open();
            _ = Decode("text");
            _ = Shop.Burn(TimeSpan.FromMilliseconds(300));
            int[] numbers = [.. Enumerable.Range(0, 3_000_000).Select(static i => (int)((uint)i * 2_654_435_761))];
            Array.Sort(numbers);

            Console.WriteLine($"decoded: {decoded.Read().Total}");
            StackProfile profile = cpu.Read();
            Console.WriteLine($"burning: {Has(profile, "Shop::Burn")}");
            Console.WriteLine($"sorting, precompiled: {Has(profile, "ArraySortHelper")}");
            await session.DisposeAsync();
            await foreach (ProbeEvent e in session.Events)
            {
                if (missing.TryRead(e, out var open) && open.Path == Nowhere)
                {
                    Console.WriteLine($"missing: {open} for {e.Span.Name}");
                }
            }
        }
        catch (BackendUnavailableException error)
        {
            Console.WriteLine($"kernel: {error.Message}");
        }
    }

    private static bool Has(StackProfile profile, string method) =>
        profile.Inclusive.Any(frame => frame.Key.Contains(method, StringComparison.Ordinal));

    private static bool Open()
    {
        try
        {
            using FileStream file = File.OpenRead(Nowhere);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "a64l")]
    private static extern nint Decode(string text);
}
