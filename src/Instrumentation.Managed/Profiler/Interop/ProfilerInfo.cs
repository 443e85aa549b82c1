namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>The methods of ICorProfilerInfo..10 that are used, by their place in the virtual table (corprof.idl).</summary>
internal static class ProfilerInfo
{
    /// <summary>GetFunctionInfo: the module and token of a function.</summary>
    public const int GetFunctionInfo = 15;

    /// <summary>GetModuleMetaData: a metadata interface of a module.</summary>
    public const int GetModuleMetaData = 21;

    /// <summary>GetILFunctionBody: a method's original body.</summary>
    public const int GetILFunctionBody = 22;

    /// <summary>RequestRevert: the original bodies for new calls.</summary>
    public const int RequestRevert = 74;

    /// <summary>GetFunctionFromIP2: the function that holds an address.</summary>
    public const int GetFunctionFromIP2 = 76;

    /// <summary>RequestReJITWithInliners: the woven bodies for new calls, in inlined copies too.</summary>
    public const int RequestReJITWithInliners = 96;

    /// <summary>COR_PRF_REJIT_BLOCK_INLINING: the methods are not inlined while they are woven.</summary>
    public const int BlockInlining = 1;

    /// <summary>
    /// COR_PRF_REJIT_INLINING_CALLBACKS: the profiler is asked for the bodies of the inliners too. Without it a method that is woven and has inlined another
    /// one of the batch is compiled anew with its original body, and its probes see nothing.
    /// </summary>
    public const int InliningCallbacks = 2;
}
