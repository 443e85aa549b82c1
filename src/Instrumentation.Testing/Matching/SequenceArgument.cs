using System.Collections;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>A sequence with a pattern for each element: the arguments of a <c>params</c> parameter.</summary>
/// <param name="elements">The patterns.</param>
internal sealed class SequenceArgument(IReadOnlyList<ArgumentPattern> elements) : ArgumentPattern
{
    /// <inheritdoc/>
    public override string Text => $"[{string.Join(", ", elements.Select(static element => element.Text))}]";

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original)
    {
        if (snapshot is not IList list)
        {
            return Unkept(snapshot) ?? Verdict.No(() => $"is {Values.Text(snapshot)}");
        }

        if (list.Count != elements.Count)
        {
            return Verdict.No(() => $"has {list.Count} elements, not {elements.Count}: {Values.Text(snapshot)}");
        }

        Verdict unknown = Verdict.Yes;
        for (int i = 0; i < list.Count; i++)
        {
            object? own = original is IList originals && originals.Count == list.Count ? originals[i] : list[i];
            int place = i;
            Verdict verdict = elements[i].Judge(list[i], own).Saying(why => $"[{place}] {why}");
            if (verdict.Answer == Answer.No)
            {
                return verdict;
            }

            if (verdict.Answer == Answer.Unknown)
            {
                unknown = verdict;
            }
        }

        return unknown;
    }
}
