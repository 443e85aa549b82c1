using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine.Steps;

/// <summary>The table of enumerations that are under way does what a dictionary of enumerator and ticket does.</summary>
[Collection(AloneCollection.Name)]
public sealed class EnumerationTableTests
{
    private const int FirstTicket = int.MaxValue - 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomUse_IsThatOfADictionary(int seed)
    {
        Random random = new(seed);
        object[] enumerators = [.. Enumerable.Range(0, 500).Select(static _ => new object())];
        Dictionary<(object Enumerator, int Ticket), long> expected = [];
        for (int i = 0; i < 50_000; i++)
        {
            object enumerator = enumerators[random.Next(enumerators.Length)];
            int ticket = FirstTicket + random.Next(4);
            switch (random.Next(100))
            {
                case 0:
                    EnumerationTable.Forget(ticket);
                    foreach ((object Enumerator, int Ticket) key in expected.Keys.Where(key => key.Ticket == ticket).ToArray())
                    {
                        expected.Remove(key);
                    }

                    break;
                case < 55:
                    PendingCall call = PendingCall.Rent(0, i, ticket, 0, 0);
                    EnumerationTable.Add(enumerator, call);
                    expected[(enumerator, ticket)] = call.Id;
                    break;
                default:
                    PendingCall? taken = EnumerationTable.Take(enumerator, ticket);
                    Assert.Equal(expected.Remove((enumerator, ticket), out long id) ? id : null, taken?.Id);
                    taken?.GiveBack();
                    break;
            }
        }

        foreach (((object enumerator, int ticket), long id) in expected)
        {
            Assert.Equal(id, EnumerationTable.Take(enumerator, ticket)?.Id);
        }
    }

    [Fact]
    public void FourThreads_EachFindsItsOwn()
    {
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, static thread =>
        {
            object[] enumerators = [.. Enumerable.Range(0, 300).Select(static _ => new object())];
            for (int round = 0; round < 50; round++)
            {
                long[] ids = [.. enumerators.Select(enumerator =>
                {
                    PendingCall call = PendingCall.Rent(0, round, FirstTicket, thread, 0);
                    EnumerationTable.Add(enumerator, call);
                    return call.Id;
                })];
                for (int i = 0; i < ids.Length; i++)
                {
                    PendingCall call = EnumerationTable.Take(enumerators[i], FirstTicket)!;
                    Assert.Equal((ids[i], thread), (call.Id, call.Site));
                    call.GiveBack();
                    Assert.Null(EnumerationTable.Take(enumerators[i], FirstTicket));
                }
            }
        });
    }
}
