namespace Instrumentation;

/// <summary>
/// Where every probe starts: <c>Probe.Method(...)</c>, <c>Probe.Methods(...)</c> and, with other backends, more.
/// Each backend's package adds its factories to this class as extension members, so one name finds them all.
/// </summary>
public static class Probe
{
}
