using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Usdt;

/// <summary>The arguments of a marked name. Each of its places may have them elsewhere: the cookie says which place was hit.</summary>
/// <param name="place">What errors call the point.</param>
/// <param name="sites">Its places.</param>
internal sealed class UsdtSource(string place, IReadOnlyList<UsdtSite> sites) : ProgramSource
{
    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.Kprobe;

    /// <inheritdoc/>
    public override AttachType ExpectedAttachType => UprobeLinks.ExpectedAttachType;

    /// <inheritdoc/>
    public override bool CanBePreempted => true;

    /// <inheritdoc/>
    public override bool HasCookie => sites.Count > 1;

    /// <inheritdoc/>
    protected override string Place => place;

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument)
    {
        int most = sites.Max(static site => site.Arguments.Length);
        int index = argument.Name is null && most == 0
            ? throw new ExpressionException(ExpressionText.Of(argument), $"{place} has no arguments.", "Use the values of the context, for example c.ThreadId.")
            : NamedIndex(argument, [], most - 1);
        foreach (UsdtSite site in sites.Where(site => index < site.Arguments.Length))
        {
            if (UsdtEmitter.Refusal(site, site.Arguments[index]) is { } refusal)
            {
                throw new ExpressionException(ExpressionText.Of(argument), $"at {site.Name} it is '{site.Arguments[index].Text}', {refusal}.", "Use the other arguments.");
            }
        }

        return index;
    }

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index)
    {
        BpfAssembler assembler = code.Assembler;
        IGrouping<object, int>[] groups = [.. Enumerable.Range(0, sites.Count).GroupBy(number => KeyOf(sites[number], index))];
        if (groups.Length == 1)
        {
            UsdtEmitter.Emit(code, sites[0], index);
            return;
        }

        Label end = assembler.NewLabel("argument");
        assembler.Move(Register.R1, CodeEmitter.Context);
        assembler.Call(BpfHelper.GetAttachCookie);
        Label[] labels = [.. groups.Select(_ => assembler.NewLabel("place"))];
        for (int i = 1; i < groups.Length; i++)
        {
            foreach (int number in groups[i])
            {
                assembler.JumpIf(JumpCondition.Equal, Register.R0, number, labels[i]);
            }
        }

        // What is none of the others is the first.
        for (int i = 0; i < groups.Length; i++)
        {
            assembler.Mark(labels[i]);
            UsdtEmitter.Emit(code, sites[groups[i].First()], index);
            assembler.Jump(end);
        }

        assembler.Mark(end);
    }

    // Places share their code when the argument is written the same; one that counts from a symbol depends on the place's own address.
    private static object KeyOf(UsdtSite site, int index) =>
        index >= site.Arguments.Length ? string.Empty : site.Arguments[index].Symbol is null ? site.Arguments[index].Text : site;
}
