using System.Globalization;

namespace Instrumentation.Managed.Profiler;

/// <summary>Names of the results that the profiling API gives (corerror.h); an error keeps the name of its cause.</summary>
internal static class HResults
{
    /// <summary>The method's module was made by Reflection.Emit.</summary>
    public const int DynamicModule = unchecked((int)0x8013137A);

    /// <summary>The method belongs to a collectible load context.</summary>
    public const int CollectibleFunction = unchecked((int)0x8013137E);

    /// <summary>The module is open to Edit and Continue.</summary>
    public const int EditAndContinueModule = unchecked((int)0x8013138A);

    /// <summary>The method has no IL.</summary>
    public const int FunctionNotIl = unchecked((int)0x80131354);

    private static readonly Dictionary<int, string> Names = new()
    {
        [unchecked((int)0x80004001)] = "E_NOTIMPL",
        [unchecked((int)0x80004005)] = "E_FAIL",
        [unchecked((int)0x8000FFFF)] = "E_UNEXPECTED",
        [unchecked((int)0x8007000E)] = "E_OUTOFMEMORY",
        [unchecked((int)0x80070057)] = "E_INVALIDARG",
        [unchecked((int)0x80131351)] = "CORPROF_E_DATAINCOMPLETE",
        [FunctionNotIl] = "CORPROF_E_FUNCTION_NOT_IL",
        [unchecked((int)0x80131363)] = "CORPROF_E_UNSUPPORTED_CALL_SEQUENCE",
        [unchecked((int)0x8013136A)] = "CORPROF_E_PROFILER_ALREADY_ACTIVE",
        [unchecked((int)0x80131373)] = "CORPROF_E_PROFILER_NOT_YET_INITIALIZED",
        [DynamicModule] = "CORPROF_E_MODULE_IS_DYNAMIC",
        [unchecked((int)0x8013137C)] = "CORPROF_E_REJIT_NOT_ENABLED",
        [CollectibleFunction] = "CORPROF_E_FUNCTION_IS_COLLECTIBLE",
        [unchecked((int)0x80131383)] = "CORPROF_E_REJIT_INLINING_DISABLED",
        [EditAndContinueModule] = "CORPROF_E_MODULE_IS_ENC",
    };

    /// <summary>A result by name where it is known, and by number.</summary>
    /// <param name="result">The HRESULT.</param>
    /// <returns>For example <c>E_FAIL (0x80004005)</c>.</returns>
    public static string Describe(int result)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $"0x{result:X8}");
        return Names.TryGetValue(result, out string? name) ? $"{name} ({number})" : number;
    }
}
