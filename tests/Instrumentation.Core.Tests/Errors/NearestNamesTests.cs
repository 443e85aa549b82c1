namespace Instrumentation.Core.Tests.Errors;

/// <summary>The names that a misspelt one may have meant.</summary>
public sealed class NearestNamesTests
{
    private static readonly string[] Names = ["Place", "PlaceAsync", "Replace", "Cancel", "Price", "quantity"];

    [Theory]
    [InlineData("Plcae", "Place")]
    [InlineData("plaec", "Place")]
    [InlineData("place", "Place,Replace,PlaceAsync")]
    [InlineData("Pla*", "Place,Replace,PlaceAsync")]
    [InlineData("quantty", "quantity")]
    [InlineData("Zzzzz", "")]
    [InlineData("*", "")]
    public void Choose_GivesTheNearestFirst(string wanted, string nearest) => Assert.Equal(nearest, string.Join(',', NearestNames.Choose(wanted, Names)));

    [Fact]
    public void EditDistance_WithinItsLimit_IsThatOfTheFullTable()
    {
        Random random = new(5);
        for (int i = 0; i < 5_000; i++)
        {
            (string left, string right) = (Word(random), Word(random));
            const int Limit = 3;
            if (Math.Abs(left.Length - right.Length) <= Limit)
            {
                Assert.Equal(Math.Min(Reference(left, right), Limit + 1), Math.Min(new EditDistance(left, Limit).To(right), Limit + 1));
            }
        }
    }

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "abAB"[random.Next(4)]));

    private static int Reference(string left, string right)
    {
        int[,] table = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                bool Same(int a, int b) => char.ToUpperInvariant(left[a]) == char.ToUpperInvariant(right[b]);
                table[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (Same(i - 1, j - 1) ? 0 : 1));
                if (i > 1 && j > 1 && Same(i - 1, j - 2) && Same(i - 2, j - 1))
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }

        return table[left.Length, right.Length];
    }
}
