global using Instrumentation.Frameworks.Support;
global using Instrumentation.Testing;
