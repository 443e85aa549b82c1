Console.Error.WriteLine("usage: Instrumentation.Benchmarks gate");
return args.Length == 0 ? 0 : 2;
