// A console program that looks into itself, and says what it saw.
await Consumer.ManagedUse.RunAsync();
Console.WriteLine("== kernel");
await Consumer.KernelUse.RunAsync();
Console.WriteLine("== end");
