using Recipes;

Orders orders = new();
foreach (Func<Orders, Task> recipe in new Func<Orders, Task>[] { Recipe.SlowCalls, Recipe.WhoCalls, Recipe.WhoCosts, Recipe.HowLong, Recipe.OneOrder, Recipe.WhatFails, Recipe.ForChrome, Recipe.FromJson, Recipe.Retune })
{
    Console.WriteLine($"== {recipe.Method.Name}");
    await recipe(orders);
}
