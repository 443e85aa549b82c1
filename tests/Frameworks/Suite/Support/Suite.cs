using System.Reflection;
using Instrumentation.Frameworks.Libraries;

namespace Instrumentation.Frameworks.Support;

/// <summary>The tests of the libraries, for who runs them otherwise than a framework does.</summary>
internal static class Suite
{
    /// <summary>The tests.</summary>
    public static IReadOnlyList<MethodInfo> Tests { get; } =
    [
        .. new[] { typeof(NewtonsoftTests), typeof(PollyTests), typeof(SqliteTests), typeof(KernelTests) }
            .SelectMany(static type => type.GetMethods()).Where(static method => method.IsDefined(typeof(TestAttribute))),
    ];

    /// <summary>Runs a test for a case.</summary>
    /// <param name="test">The test.</param>
    /// <param name="run">The case.</param>
    /// <returns>What the test has failed with, or null.</returns>
    public static async Task<Exception?> RunAsync(MethodInfo test, Case run)
    {
        run.Enter();
        try
        {
            await (Task)test.Invoke(Activator.CreateInstance(test.DeclaringType!), null)!;
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
