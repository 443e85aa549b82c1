using System.Globalization;

namespace Instrumentation.Governor;

/// <summary>What is taken of a budget in a second.</summary>
/// <param name="CpuPercent">Processor time, in percent of one processor.</param>
/// <param name="Events">Events.</param>
/// <param name="Bytes">Bytes of events.</param>
internal readonly record struct BudgetLoad(double CpuPercent, double Events, double Bytes)
{
    /// <summary>The sum of two.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum.</returns>
    public static BudgetLoad operator +(BudgetLoad left, BudgetLoad right) => new(left.CpuPercent + right.CpuPercent, left.Events + right.Events, left.Bytes + right.Bytes);

    /// <summary>The difference of two.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">What is taken off it.</param>
    /// <returns>The difference.</returns>
    public static BudgetLoad operator -(BudgetLoad left, BudgetLoad right) => new(left.CpuPercent - right.CpuPercent, left.Events - right.Events, left.Bytes - right.Bytes);

    /// <summary>The part of the budget that is taken, of the limit that is taken most.</summary>
    /// <param name="budget">The budget.</param>
    /// <returns>The part: 1 is all of it, 0 when nothing is limited.</returns>
    public double ShareOf(OverheadBudget budget) => Math.Max(Part(CpuPercent, budget.CpuPercent), Math.Max(Part(Events, budget.EventsPerSecond), Part(Bytes, budget.BytesPerSecond)));

    /// <summary>The part that this is of the limit which another load takes most of.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="total">The other load.</param>
    /// <returns>The part.</returns>
    public double ShareWhereMost(OverheadBudget budget, BudgetLoad total)
    {
        double most = total.ShareOf(budget);
        return Part(total.CpuPercent, budget.CpuPercent) >= most ? Part(CpuPercent, budget.CpuPercent)
            : Part(total.Events, budget.EventsPerSecond) >= most ? Part(Events, budget.EventsPerSecond)
            : Part(Bytes, budget.BytesPerSecond);
    }

    /// <summary>In words, what is taken of the limit that is taken most.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="part">What one probe takes of it.</param>
    /// <returns>A sentence without its end.</returns>
    public string Describe(OverheadBudget budget, BudgetLoad part)
    {
        double most = ShareOf(budget);
        return budget.CpuPercent is { } cpu && Part(CpuPercent, cpu) >= most
            ? string.Create(CultureInfo.InvariantCulture, $"the probes take {CpuPercent:0.##} % of a processor, this one {part.CpuPercent:0.##} %, and the budget is {cpu:0.##} %")
            : budget.EventsPerSecond is { } events && Part(Events, events) >= most
            ? string.Create(CultureInfo.InvariantCulture, $"the probes give {Events:N0} events a second, this one {part.Events:N0}, and the budget is {events:N0}")
            : string.Create(CultureInfo.InvariantCulture, $"the probes give {Bytes:N0} bytes a second, this one {part.Bytes:N0}, and the budget is {budget.BytesPerSecond:N0}");
    }

    private static double Part(double value, double? limit) => limit is { } most ? value / most : 0;
}
