using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits the update of an aggregate.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="expressions">Compiles its expressions.</param>
/// <param name="maps">The maps.</param>
internal sealed class AggregationEmitter(CodeEmitter code, ExpressionCompiler expressions, ProgramMaps maps)
{
    /// <summary>Emits it.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="aggregation">The aggregation.</param>
    /// <param name="skip">Where to go when nothing can be aggregated.</param>
    /// <exception cref="SpecException">The aggregation is not known here.</exception>
    public void Emit(ProbeCompiler program, AggregationSpec aggregation, Label skip)
    {
        _ = (code, expressions, maps, program, skip);
        if (aggregation is not CountAggregation)
        {
            throw new SpecException("The aggregation", "kernel probes only count yet.", "Use Count(), or capture the value.");
        }
    }
}
