using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits the decision of a probe's limits.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="request">The probe.</param>
/// <param name="maps">The maps.</param>
internal sealed class LimitEmitter(CodeEmitter code, ProgramRequest request, ProgramMaps maps)
{
    /// <summary>Emits it.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="skip">Where hits go that a limit turns away.</param>
    /// <exception cref="SpecException">The limits are not known here.</exception>
    public void Emit(ProbeCompiler program, Label skip)
    {
        _ = (code, maps, program, skip);
        if (request.Spec.Limits.AreDecidedByHooks)
        {
            throw new SpecException($"A limit on {request.Spec.Point.Describe()}", "kernel probes do not know sampling, rates and hit limits yet.", "Narrow the condition; ExpireAfter works.");
        }
    }
}
