using Microsoft.Win32.SafeHandles;

namespace Shop;

/// <summary>Keeps orders in memory; those of a customer whose account was migrated also in a file.</summary>
/// <param name="path">The file.</param>
/// <param name="migratedCustomer">The customer; -1 for none.</param>
public sealed class OrderRepository(string path, int migratedCustomer) : IDisposable
{
    private const int Chapters = 8;
    private const int ChapterBytes = 64 * 1024;

    private readonly Dictionary<int, Order> _orders = [];
    private readonly byte[] _chapter = new byte[ChapterBytes];
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);

    /// <summary>Keeps an order.</summary>
    public void Save(Order order, int customer, bool express)
    {
        lock (_orders)
        {
            _orders[order.Id] = order;
        }

        if (customer == migratedCustomer)
        {
            Archive();
        }
    }

    /// <summary>Finds an order.</summary>
    public Order? Find(int id)
    {
        lock (_orders)
        {
            return _orders.GetValueOrDefault(id);
        }
    }

    /// <summary>The number of orders.</summary>
    public int Count()
    {
        lock (_orders)
        {
            return _orders.Count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // The whole history is written anew, and chapter by chapter to the disk itself.
    private void Archive()
    {
        for (int i = 0; i < Chapters; i++)
        {
            RandomAccess.Write(_file, _chapter, (long)i * ChapterBytes);
            RandomAccess.FlushToDisk(_file);
        }
    }
}
