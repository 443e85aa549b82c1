namespace Shop;

/// <summary>A small shop: threads that serve requests, each with calls of all repositories.</summary>
public sealed class ShopService : IDisposable
{
    private const int Threads = 3;
    private const int Customers = 400;

    private static readonly string[] Products = ["tea", "coffee", "cocoa", "maté", "milk", "sugar", "rusks", "jam"];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly OrderRepository _orders;
    private readonly Shelf[] _shelves = [.. Products.Select(static product => new Shelf(product))];
    private readonly StockRepository _stock;
    private readonly CustomerRepository _customers;
    private readonly string _directory;
    private readonly int _regular;
    private int _lastOrder;

    /// <summary>Opens the shop.</summary>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="directory">Where it may keep files.</param>
    /// <param name="random">Decides whom the fault meets.</param>
    public ShopService(Fault fault, string directory, Random random)
    {
        _directory = Directory.CreateDirectory(Path.Combine(directory, $"shop-{Environment.ProcessId}")).FullName;
        _regular = random.Next(Customers);
        _stock = new StockRepository(_shelves);
        _orders = new OrderRepository(Path.Combine(_directory, "orders"), fault == Fault.File ? _regular : -1);
        _customers = new CustomerRepository(Customers, fault == Fault.Processor ? random.Next(Customers * 7 / 10, Customers * 9 / 10) : Customers);
        Shelf counted = _shelves[random.Next(_shelves.Length)];
        for (int i = 0; i < Threads; i++)
        {
            Begin(Serve);
        }

        if (fault == Fault.Lock)
        {
            Begin(() => TakeStock(counted));
        }
    }

    /// <summary>Closes the shop.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _threads.ForEach(static thread => thread.Join());
        _stop.Dispose();
        _orders.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Begin(Action work)
    {
        Thread thread = new(() => work()) { IsBackground = true };
        thread.Start();
        _threads.Add(thread);
    }

    private void Serve()
    {
        while (!_stop.IsCancellationRequested)
        {
            // One customer buys more than the others.
            int customer = Random.Shared.Next(20) == 0 ? _regular : Random.Shared.Next(Customers);
            string product = Products[Random.Shared.Next(Products.Length)];
            int quantity = Random.Shared.Next(1, 20);
            bool express = Random.Shared.Next(3) == 0;
            Checkout(customer, product, quantity, express);
            Thread.Sleep(1);
        }
    }

    private void Checkout(int customer, string product, int quantity, bool express)
    {
        _ = _customers.Find(customer, express);
        _ = _stock.Left(product);
        _ = _stock.Reserve(product, quantity);
        Order order = new(Interlocked.Increment(ref _lastOrder), customer, product, quantity);
        _orders.Save(order, customer, express);
        _ = _orders.Find(order.Id);
    }

    // Counts the pieces of a product, one by one; nothing can be taken meanwhile.
    private void TakeStock(Shelf shelf)
    {
        while (!_stop.IsCancellationRequested)
        {
            lock (shelf)
            {
                Thread.Sleep(20);
            }

            Thread.Sleep(1);
        }
    }
}
