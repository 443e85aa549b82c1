using Instrumentation.Benchmarks;
using Instrumentation.Benchmarks.Ebpf;

if (args is not ["gate"] and not ["gate", _])
{
    Console.Error.WriteLine("usage: Instrumentation.Benchmarks gate [PREFIX]");
    Console.Error.WriteLine("  gate   measures every claimed figure, or those whose names begin so, in one run; a line `NAME VALUE LIMIT` each, or `NAME skipped: CAPABILITY`;");
    Console.Error.WriteLine("         exit code 1 if one is beyond its limit, or if root has to skip one");
    return 2;
}

string prefix = args is [_, var given] ? given : string.Empty;
Figure[] managed = [new CountFigure(), new AfterDetachFigure(), new FalseFigure(), new EventFigure(), new ActivityFigure(), new ProxyFigure()];
KernelFigure[] kernel =
[
    new FunctionCountFigure(), new FunctionFilterFigure(), new RingFigure(), new StreamFigure(), new AttributionFigure(), new SampleFigure(), new AttachFigure(), new MergeFigure(),
    new GovernorFigure(),
];
int beyond = await Gate.RunAsync(managed.Where(figure => figure.Name.StartsWith(prefix, StringComparison.Ordinal)))
    + await Gate.RunAsync(kernel.Where(figure => figure.Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))));
return beyond == 0 ? 0 : 1;
