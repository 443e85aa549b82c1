namespace Instrumentation.Testing.Golden;

/// <summary>What the environment says about golden traces.</summary>
/// <param name="IsContinuous">Whether this is a continuous integration, where nothing is accepted.</param>
/// <param name="Accepts">Whether what is received is to become the golden trace.</param>
internal sealed record GoldenEnvironment(bool IsContinuous, bool Accepts)
{
    /// <summary>Reads the environment of this process.</summary>
    /// <returns>What it says.</returns>
    public static GoldenEnvironment Read() => new(IsOn("CI") || IsOn("TF_BUILD"), IsOn(GoldenOptions.AcceptVariable));

    private static bool IsOn(string variable) => Environment.GetEnvironmentVariable(variable)?.Trim() is "1" or "true" or "True" or "TRUE";
}
