namespace Probed;

/// <summary>Programs to be probed. As a process of its own it plays one scenario, named by the first argument.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        Console.Error.WriteLine("usage: Probed <scenario> [arguments]");
        return args.Length == 0 ? 0 : 2;
    }
}
