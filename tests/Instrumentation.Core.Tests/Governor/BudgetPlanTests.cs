using FsCheck;
using FsCheck.Fluent;
using Instrumentation.Governor;

namespace Instrumentation.Core.Tests.Governor;

/// <summary>Which probes are reduced, by how much, and which is restored: over random probes and budgets.</summary>
public sealed class BudgetPlanTests
{
    [Fact]
    public void Down_OfRandomProbes_FitsOrNothingIsLeftToReduce()
    {
        Prop.ForAll(Cases(), one =>
        {
            int[] rungs = BudgetPlan.Down(one.Probes, default, one.Budget);
            double share = Total(one.Probes, rungs).ShareOf(one.Budget);
            return share <= BudgetPlan.DownTo || one.Probes.Select((probe, at) => probe.LoadAt(rungs[at]).ShareOf(one.Budget) == 0 || rungs[at] == probe.Rungs - 1).All(static done => done);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Down_OfRandomProbes_RestoresNoneAndReducesNoneWhenAllFits()
    {
        Prop.ForAll(Cases(), one =>
        {
            int[] before = [.. one.Probes.Select(static probe => probe.Rung)];
            int[] rungs = BudgetPlan.Down(one.Probes, default, one.Budget);
            return rungs.Zip(before).All(static pair => pair.First >= pair.Second)
                && (Total(one.Probes, before).ShareOf(one.Budget) > BudgetPlan.DownTo || rungs.SequenceEqual(before));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Up_OfRandomProbes_LeavesRoom_SoThatNothingIsReducedNext()
    {
        Prop.ForAll(Cases(), one =>
        {
            int best = BudgetPlan.Up(one.Probes, static _ => true, default, one.Budget);
            if (best < 0)
            {
                return true;
            }

            int[] rungs = [.. one.Probes.Select((probe, at) => probe.Rung - (at == best ? 1 : 0))];
            return Total(one.Probes, rungs).ShareOf(one.Budget) <= BudgetPlan.UpTo;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Down_OneCostlyProbeAmongCheapOnes_TouchesOnlyIt()
    {
        FakeProbe[] probes = [new(1, 0, 0.01), new(200, 5000, 20), new(1, 0, 0.02)];
        Assert.Equal([0, 3, 0], BudgetPlan.Down(probes, default, new OverheadBudget { CpuPercent = 5, EventsPerSecond = 1000 }));
    }

    private static BudgetLoad Total(IReadOnlyList<IBudgetedProbe> probes, int[] rungs) =>
        probes.Select((probe, at) => probe.LoadAt(rungs[at])).Aggregate(default(BudgetLoad), static (sum, load) => sum + load);

    private static Arbitrary<Case> Cases() => (from events in Gen.Choose(0, 10_000).ArrayOf()
                                               from cpu in Gen.Choose(0, 500).ArrayOf()
                                               from rung in Gen.Choose(0, 5)
                                               from mostCpu in Gen.Choose(1, 300)
                                               from mostEvents in Gen.Choose(1, 20_000)
                                               from limits in Gen.Choose(0, 3)
                                               select new Case(
                                                   [.. events.Zip(cpu, (one, other) => new FakeProbe(0, one, other / 10.0) { Rung = rung })],
                                                   new OverheadBudget { CpuPercent = limits == 1 ? null : mostCpu / 10.0, EventsPerSecond = limits == 2 ? null : mostEvents })).ToArbitrary();

    private sealed record Case(FakeProbe[] Probes, OverheadBudget Budget)
    {
        public override string ToString() => $"{Budget}: {string.Join("; ", Probes.Select(static probe => $"{probe.LoadAt(0)} at {probe.Rung}"))}";
    }

    /// <summary>All, one of two, one of four, a count, nothing; then a level that is as good as nothing.</summary>
    private sealed class FakeProbe(double bytes, double events, double cpu) : IBudgetedProbe
    {
        private static readonly double[] Parts = [1, 0.5, 0.25, 0.1, 0.01, 0];

        public int Rung { get; init; }

        public int Rungs => Parts.Length;

        public BudgetLoad LoadAt(int rung) => new(cpu * Parts[rung], rung < 3 ? events * Parts[rung] : 0, bytes * Parts[rung]);
    }
}
