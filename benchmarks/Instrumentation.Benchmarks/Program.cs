using Instrumentation.Benchmarks;

if (args is not ["gate"])
{
    Console.Error.WriteLine("usage: Instrumentation.Benchmarks gate");
    Console.Error.WriteLine("  gate   measures every claimed figure in one run; a line `NAME RATIO LIMIT` each; exit code 1 if one is beyond its limit");
    return 2;
}

return await Gate.RunAsync([new CountFigure(), new AfterDetachFigure(), new FalseFigure(), new EventFigure(), new ActivityFigure(), new ProxyFigure()]);
