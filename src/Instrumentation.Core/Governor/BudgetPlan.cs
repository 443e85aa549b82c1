namespace Instrumentation.Governor;

/// <summary>Decides which probes to reduce: pure arithmetic over what they take now and would take at other levels.</summary>
internal static class BudgetPlan
{
    /// <summary>To this part of the budget the probes are brought when they are beyond it.</summary>
    public const double DownTo = 0.8;

    /// <summary>Up to this part of the budget a probe may be restored.</summary>
    public const double UpTo = 0.6;

    /// <summary>
    /// Steps the probe that takes most of the limit which is most exceeded one level down, and again, until what is left fits. What would not help is passed
    /// over: a level at which the probe would take as much as before is only a step on the way to the next.
    /// </summary>
    /// <param name="probes">The probes.</param>
    /// <param name="fixedLoad">What is taken besides.</param>
    /// <param name="budget">The budget.</param>
    /// <returns>For each probe the place of the level that it is to have.</returns>
    public static int[] Down(IReadOnlyList<IBudgetedProbe> probes, BudgetLoad fixedLoad, OverheadBudget budget)
    {
        int[] rungs = [.. probes.Select(static probe => probe.Rung)];
        BudgetLoad[] loads = [.. probes.Select((probe, at) => probe.LoadAt(rungs[at]))];
        BudgetLoad total = loads.Aggregate(fixedLoad, static (sum, load) => sum + load);
        while (total.ShareOf(budget) > DownTo)
        {
            int worst = -1;
            double worstShare = 0;
            for (int i = 0; i < rungs.Length; i++)
            {
                double share = loads[i].ShareWhereMost(budget, total);
                if (rungs[i] < probes[i].Rungs - 1 && share > worstShare)
                {
                    (worst, worstShare) = (i, share);
                }
            }

            if (worst < 0)
            {
                break;
            }

            BudgetLoad less = probes[worst].LoadAt(++rungs[worst]);
            total = total - loads[worst] + less;
            loads[worst] = less;
        }

        return rungs;
    }

    /// <summary>Finds the probe to be restored by one level: of those that may, the one that would take least.</summary>
    /// <param name="probes">The probes.</param>
    /// <param name="may">Whether a probe may be restored now.</param>
    /// <param name="fixedLoad">What is taken besides.</param>
    /// <param name="budget">The budget.</param>
    /// <returns>The probe's place; -1 for none.</returns>
    public static int Up(IReadOnlyList<IBudgetedProbe> probes, Func<int, bool> may, BudgetLoad fixedLoad, OverheadBudget budget)
    {
        BudgetLoad total = probes.Aggregate(fixedLoad, static (sum, probe) => sum + probe.LoadAt(probe.Rung));
        int best = -1;
        double bestShare = UpTo;
        for (int i = 0; i < probes.Count; i++)
        {
            if (probes[i].Rung > 0 && may(i))
            {
                double share = (total - probes[i].LoadAt(probes[i].Rung) + probes[i].LoadAt(probes[i].Rung - 1)).ShareOf(budget);
                if (share <= bestShare)
                {
                    (best, bestShare) = (i, share);
                }
            }
        }

        return best;
    }
}

/// <summary>A probe as the plan sees it.</summary>
internal interface IBudgetedProbe
{
    /// <summary>The place of its level.</summary>
    int Rung { get; }

    /// <summary>The number of its levels.</summary>
    int Rungs { get; }

    /// <summary>What it takes, or would take, at a level.</summary>
    /// <param name="rung">The level's place.</param>
    /// <returns>The load.</returns>
    BudgetLoad LoadAt(int rung);
}
