namespace Instrumentation;

internal static class CorePlaceholder;
