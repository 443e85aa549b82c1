namespace Instrumentation.Ebpf.Assembler;

/// <summary>How many arguments helpers take.</summary>
internal static class HelperArguments
{
    /// <summary>The number of a helper's arguments.</summary>
    /// <param name="helper">The helper.</param>
    /// <returns>0 to 5; null when it is not known, or differs from call to call.</returns>
    public static int? Of(BpfHelper helper) => helper switch
    {
        BpfHelper.KernelTimeGetNs or BpfHelper.GetRandom32 or BpfHelper.GetProcessorId or BpfHelper.GetCurrentPidTgid or BpfHelper.GetCurrentUidGid
            or BpfHelper.GetCurrentTask or BpfHelper.GetCurrentControlGroupId or BpfHelper.Jiffies64 or BpfHelper.KernelTimeGetBootNs
            or BpfHelper.GetCurrentTaskBtf or BpfHelper.KernelTimeGetCoarseNs or BpfHelper.KernelTimeGetTaiNs => 0,
        BpfHelper.SpinLock or BpfHelper.SpinUnlock or BpfHelper.SendSignal or BpfHelper.SendSignalThread or BpfHelper.GetCurrentAncestorControlGroupId
            or BpfHelper.ThisCpuPointer or BpfHelper.TimerCancel or BpfHelper.GetFunctionAddress or BpfHelper.GetAttachCookie or BpfHelper.TaskRegisters
            or BpfHelper.GetFunctionArgumentCount => 1,
        BpfHelper.MapLookupElement or BpfHelper.MapDeleteElement or BpfHelper.GetCurrentComm or BpfHelper.CurrentTaskUnderControlGroup
            or BpfHelper.MapPopElement or BpfHelper.MapPeekElement or BpfHelper.RingBufferSubmit or BpfHelper.RingBufferDiscard or BpfHelper.RingBufferQuery
            or BpfHelper.PerCpuPointer or BpfHelper.TaskStorageDelete or BpfHelper.ControlGroupStorageDelete or BpfHelper.TimerSetCallback
            or BpfHelper.GetFunctionReturn or BpfHelper.RingBufferSubmitDynamicPointer or BpfHelper.RingBufferDiscardDynamicPointer => 2,
        BpfHelper.ProbeRead or BpfHelper.ProbeReadString or BpfHelper.ProbeReadUser or BpfHelper.ProbeReadKernel or BpfHelper.ProbeReadUserString
            or BpfHelper.ProbeReadKernelString or BpfHelper.TailCall or BpfHelper.GetStackId or BpfHelper.MapPushElement or BpfHelper.SequenceWrite
            or BpfHelper.RingBufferReserve or BpfHelper.CopyFromUser or BpfHelper.TimerInit or BpfHelper.TimerStart or BpfHelper.StringCompare
            or BpfHelper.GetFunctionArgument or BpfHelper.MapLookupPerCpuElement or BpfHelper.DynamicPointerData => 3,
        BpfHelper.MapUpdateElement or BpfHelper.GetStack or BpfHelper.PerfEventReadValue or BpfHelper.ReadBranchRecords or BpfHelper.GetNamespacePidTgid
            or BpfHelper.RingBufferOutput or BpfHelper.GetTaskStack or BpfHelper.TaskStorageGet or BpfHelper.ControlGroupStorageGet
            or BpfHelper.ForEachMapElement or BpfHelper.Loop or BpfHelper.DynamicPointerFromMemory or BpfHelper.RingBufferReserveDynamicPointer
            or BpfHelper.UserRingBufferDrain or BpfHelper.TraceVprintk => 4,
        BpfHelper.PerfEventOutput or BpfHelper.SequenceFormat or BpfHelper.Format or BpfHelper.FormatBtf or BpfHelper.FindMemoryRegion
            or BpfHelper.CopyFromUserTask or BpfHelper.DynamicPointerRead or BpfHelper.DynamicPointerWrite => 5,
        _ => null,
    };
}
