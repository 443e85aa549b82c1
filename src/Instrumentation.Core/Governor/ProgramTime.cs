namespace Instrumentation.Governor;

/// <summary>The processor time that the kernel measured of a probe's programs, with what it takes to reach them.</summary>
/// <param name="Runs">How often they ran while they were measured.</param>
/// <param name="Nanoseconds">How long that took.</param>
internal readonly record struct ProgramTime(long Runs, double Nanoseconds)
{
    /// <summary>What was measured between two readings.</summary>
    /// <param name="later">The later one.</param>
    /// <param name="earlier">The earlier one.</param>
    /// <returns>The difference.</returns>
    public static ProgramTime operator -(ProgramTime later, ProgramTime earlier) => new(later.Runs - earlier.Runs, later.Nanoseconds - earlier.Nanoseconds);
}
