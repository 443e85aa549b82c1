namespace PackageCheck;

/// <summary>What is printed, and the exit code that goes with it.</summary>
internal static class Report
{
    /// <summary>Prints what is wrong, or how much was looked at.</summary>
    /// <param name="findings">What was found.</param>
    /// <returns>0 when something was looked at and nothing is wrong.</returns>
    public static int Print(Findings findings)
    {
        foreach (string problem in findings.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        Console.WriteLine($"{findings.Looks} looks, {findings.Problems.Count} problems");
        return findings.Problems.Count == 0 && findings.Looks > 0 ? 0 : 1;
    }

    /// <summary>Says how the program is called.</summary>
    /// <returns>2.</returns>
    public static int Usage()
    {
        Console.Error.WriteLine("PackageCheck check <feed> <repository> | mutations <feed> <repository> | linked <feed> <repository> | same <feed> <other feed>");
        return 2;
    }
}
