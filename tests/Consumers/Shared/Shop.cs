using System.Runtime.CompilerServices;

namespace Consumer;

/// <summary>The code that is looked into.</summary>
public sealed class Shop
{
    private readonly Lock _till = new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Price(string product) => product.Length == 0 ? throw new ArgumentException("No product.", nameof(product)) : product.Length;

    public async Task<int> OrderAsync(string product, int quantity)
    {
        await Task.Delay(5);
        return Inlined(Price(product)) * quantity;
    }

    public static bool TryPrice(string product)
    {
        try
        {
            return Price(product) > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Same<T>(T value) => value;

    public static IEnumerable<int> Upto(int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return i;
        }
    }

    /// <summary>Has one thread wait for a lock that another one holds.</summary>
    public void WaitForTill()
    {
        Thread waiter = new(TakeTill);
        lock (_till)
        {
            waiter.Start();
            while ((waiter.ThreadState & ThreadState.WaitSleepJoin) == 0)
            {
                Thread.Sleep(1);
            }

            Thread.Sleep(20);
        }

        waiter.Join();
    }

    private void TakeTill()
    {
        lock (_till)
        {
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Burn(TimeSpan time)
    {
        double sum = 0;
        for (long end = Environment.TickCount64 + (long)time.TotalMilliseconds; Environment.TickCount64 < end;)
        {
            for (int i = 1; i < 10_000; i++)
            {
                sum += 1.0 / i;
            }
        }

        return sum;
    }

    private static int Inlined(int value) => value + 1;
}
