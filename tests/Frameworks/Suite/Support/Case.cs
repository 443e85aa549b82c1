namespace Instrumentation.Frameworks.Support;

/// <summary>One run of one test of the suite, with values that no other run has: in parallel, each can tell its own calls from those of the others.</summary>
public sealed class Case : IDisposable
{
    private static readonly AsyncLocal<Case?> Ambient = new();
    private static int _last;

    private readonly Lazy<string> _directory;

    /// <summary>Creates a case.</summary>
    /// <param name="mutated">Whether the test's wrong assertion is made as well, which has to fail.</param>
    public Case(bool mutated = false)
    {
        Number = Interlocked.Increment(ref _last);
        Mutated = mutated;
        _directory = new Lazy<string>(() => Directory.CreateTempSubdirectory($"instrumentation-{Number}-").FullName);
    }

    /// <summary>The case that a test runs for: that of whoever runs the suite as a load, or a new one where a framework runs the test.</summary>
    /// <remarks>With <c>INSTRUMENTATION_SUITE_WRONG=1</c> in the environment the framework is shown wrong assertions: each of its tests has to fail.</remarks>
    public static Case Current => Ambient.Value ??= OfFramework();

    /// <summary>The case's number.</summary>
    public int Number { get; }

    /// <summary>Whether the wrong assertion is made as well.</summary>
    public bool Mutated { get; }

    /// <summary>Assertions that held.</summary>
    public int Held { get; private set; }

    /// <summary>A text that only this case has.</summary>
    public string Text => $"~{Number}~";

    /// <summary>A directory that only this case uses.</summary>
    public string Folder => _directory.Value;

    /// <summary>Makes the case that of the current flow.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>Asserts on what was recorded, and looks whether any of it belongs to another case.</summary>
    /// <param name="calls">What was recorded.</param>
    /// <param name="assertion">What has to hold.</param>
    /// <param name="mutant">A wrong assertion on the same calls.</param>
    /// <exception cref="InvalidOperationException">A call of another case was recorded.</exception>
    public void Check(CallRecorder calls, Action assertion, Action mutant)
    {
        assertion();
        Isolation.Demand(calls, this);
        Held++;
        if (Mutated)
        {
            mutant();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_directory.IsValueCreated)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    // Nobody disposes a case that a framework's test made for itself.
    private static Case OfFramework()
    {
        Case made = new(mutated: Environment.GetEnvironmentVariable("INSTRUMENTATION_SUITE_WRONG") == "1");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => made.Dispose();
        return made;
    }
}
