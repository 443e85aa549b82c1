namespace Shop;

/// <summary>What is wrong with the shop: one of its repositories is slow for some of its calls. Nobody tells the controller.</summary>
public enum Fault
{
    /// <summary>The orders of one customer are written again, whole, and flushed to the disk, with each new one.</summary>
    File = 1,

    /// <summary>Stock-taking holds the lock of one product nearly all the time.</summary>
    Lock = 2,

    /// <summary>Customers from some number on are not in the index and are searched for.</summary>
    Processor = 3,
}
