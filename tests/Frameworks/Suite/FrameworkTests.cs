using System.Reflection;
using Instrumentation.Frameworks.Libraries;
using Newtonsoft.Json;

namespace Instrumentation.Frameworks;

/// <summary>What comes of assertions that do not hold, in the framework that the suite is compiled for.</summary>
[TestClass]
public sealed class FrameworkTests
{
    [Test]
    public async Task AFailureIsTheFrameworksOwn()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((Service s) => s.CallAsync(default!, default));
        await new Service().CallAsync("a", 0);
        Exception failure = Thrown(() => calls.Should().HaveCalled((Service s) => s.CallAsync("b", 0)).Once());
        Demand(failure.GetType() == Framework.Failure, $"{Framework.Name} got {failure.GetType()}: {failure.Message}");
        Demand(failure.Message.Contains("\"a\"", StringComparison.Ordinal) && failure.Message.Contains(nameof(FrameworkTests), StringComparison.Ordinal), failure.Message);
    }

    [Test]
    public async Task EveryWrongAssertionFails()
    {
        int failed = 0;
        int skipped = 0;
        foreach (MethodInfo test in Suite.Tests)
        {
            using Case run = new(mutated: true);
            Exception? error = await Suite.RunAsync(test, run);
            skipped += error?.GetType() == Framework.Skipped ? 1 : 0;
            failed += run.Held == 1 && error?.GetType() == Framework.Failure && error.Message.StartsWith("Expected ", StringComparison.Ordinal) ? 1 : 0;
            Demand(error?.GetType() == Framework.Skipped || error?.GetType() == Framework.Failure, $"{test.Name}: {error?.ToString() ?? "the wrong assertion holds"}");
        }

        Demand(failed + skipped == Suite.Tests.Count && failed >= 40, $"{failed} of {Suite.Tests.Count} failed, {skipped} were skipped.");
    }

    [Test]
    public async Task WhatBelongsToAnotherCaseIsFound()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WriteValue(default(string)));
        using Case own = new();
        using Case other = new();
        JsonConvert.SerializeObject(new Label { Text = own.Text });
        Isolation.Demand(calls, own);
        JsonConvert.SerializeObject(new Label { Text = other.Text });
        Demand(Thrown(() => Isolation.Demand(calls, own)) is InvalidOperationException, "A call of another case was not found.");
    }

    private static Exception Thrown(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error)
        {
            return error;
        }

        throw new InvalidOperationException("Nothing was thrown.");
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
