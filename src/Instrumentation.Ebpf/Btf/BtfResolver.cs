namespace Instrumentation.Ebpf.Btf;

/// <summary>Turns a path into the steps by which a program reads its value.</summary>
internal static class BtfResolver
{
    /// <summary>Resolves a path.</summary>
    /// <param name="root">
    /// What the path begins at. A pointer: the register holds its value, the address of the object that it points to. Any other type: the
    /// register holds the address of an object of it.
    /// </param>
    /// <param name="path">The path, for example <c>real_parent->tgid</c> for the type <c>struct task_struct *</c>.</param>
    /// <returns>How the value is read.</returns>
    /// <exception cref="ExpressionException">The path does not fit the types: names the element and the nearest members.</exception>
    /// <exception cref="BadFileException">A type is not in the file.</exception>
    public static BtfAccess Resolve(BtfType root, string path) => Resolve(root, BtfPath.Parse(path), 0);

    /// <summary>Resolves a path from one of its elements on.</summary>
    /// <param name="root">What the path begins at, as for <see cref="Resolve(BtfType, string)"/>.</param>
    /// <param name="path">The path.</param>
    /// <param name="first">The number of the first element that belongs to the root: what stands before has been resolved to the root.</param>
    /// <returns>How the value is read; the object itself if no element is left.</returns>
    /// <exception cref="ExpressionException">The path does not fit the types: names the element and the nearest members.</exception>
    /// <exception cref="BadFileException">A type is not in the file.</exception>
    public static BtfAccess Resolve(BtfType root, BtfPath path, int first)
    {
        // Without elements, the value is the object whose address the register holds.
        BtfType start = first == path.Elements.Count && root.Peel() is { Kind: BtfKind.Pointer } pointer ? pointer.Target : root;
        var walk = new Walk(path, start);
        for (int i = first; i < path.Elements.Count; i++)
        {
            walk.Go(path.Elements[i], i == first);
        }

        return walk.End();
    }

    private sealed class Walk(BtfPath path, BtfType start)
    {
        private readonly List<BtfStep> _steps = [];
        private BtfType _type = start;
        private bool _isUser;
        private long _bits;
        private int _bitSize;

        public void Go(BtfPathElement element, bool isFirst)
        {
            BtfType bare = _bitSize == 0 ? _type.Peel() : throw Wrong(element, "it is a bitfield: nothing lies inside it.", "Leave this part off.");
            if (element.Member is { } name)
            {
                GoToMember(element, name, bare, isFirst);
            }
            else
            {
                GoToIndex(element, bare, isFirst);
            }
        }

        public BtfAccess End()
        {
            var value = BtfValue.Of(_type);
            if (_bitSize == 0)
            {
                _steps.Add(new BtfStep(_bits / 8, Dereference: false, _isUser));
                return new BtfAccess([.. _steps], _type, value, 0, 0);
            }

            // The load begins where the declared type would, so that it is aligned; a bitfield of a packed structure may reach beyond, then
            // the load begins at the field's first byte.
            long unit = value.Size is 1 or 2 or 4 or 8 ? value.Size * 8 : 8;
            long load = _bits / unit * unit;
            load = _bits + _bitSize <= load + unit ? load : _bits / 8 * 8;
            if (_bits + _bitSize > load + 64)
            {
                throw Wrong(path.Elements[^1], $"its {_bitSize} bits lie in nine bytes.", "Read the members beside it.");
            }

            _steps.Add(new BtfStep(load / 8, Dereference: false, _isUser));
            return new BtfAccess([.. _steps], _type, value, (int)(_bits - load), _bitSize);
        }

        private void GoToMember(BtfPathElement element, string name, BtfType bare, bool isFirst)
        {
            if (bare.Kind == BtfKind.Pointer)
            {
                Follow(isFirst);
                bare = bare.Target.Peel();
            }

            bare = bare.Complete();
            if (!bare.IsComposite)
            {
                throw Wrong(element, $"what stands before it is of the type '{_type}', which has no members.", Advice(bare));
            }

            if (!BtfMembers.TryFind(bare, name, out BtfMember member))
            {
                IReadOnlyList<string> nearest = BtfMembers.Nearest(bare, name);
                throw Wrong(
                    element,
                    $"'{bare}' has no member '{name}'.",
                    nearest.Count == 0 ? "Look for its members in the kernel's types, for example with bpftool btf dump." : $"Did you mean {string.Join(", or ", nearest)}?");
            }

            _bits += member.BitOffset;
            _bitSize = member.BitSize;
            _type = member.Type;
        }

        private void GoToIndex(BtfPathElement element, BtfType bare, bool isFirst)
        {
            if (bare.Kind == BtfKind.Pointer)
            {
                Follow(isFirst);
            }
            else if (bare.Kind != BtfKind.Array)
            {
                throw Wrong(element, $"what stands before it is of the type '{_type}', which is neither an array nor a pointer.", "Leave the index off.");
            }
            else if (bare.Length != 0 && element.Index >= bare.Length)
            {
                // Structures end in arrays of length 0 that have as many elements as memory was taken for.
                throw Wrong(element, $"what stands before it is of the type '{_type}': its last element is {bare.Length - 1}.", "Take a smaller index.");
            }

            _type = bare.Target;
            long size = _type.Peel().Complete().ByteSize();
            if (size == 0)
            {
                throw Wrong(element, $"the size of '{_type}' is not known.", "Only what has a size can be indexed.");
            }

            _bits += checked(element.Index * size * 8);
        }

        // A pointer in an object is loaded; the root's pointer is in the register already.
        private void Follow(bool isFirst)
        {
            if (!isFirst)
            {
                _steps.Add(new BtfStep(_bits / 8, Dereference: true, _isUser));
                _bits = 0;
            }

            // What lies in the memory of the process has pointers into it only.
            _isUser |= _type.IsUserPointer();
        }

        private static string Advice(BtfType bare) => bare.Kind switch
        {
            BtfKind.Pointer => "It is a pointer to a pointer: follow the first with [0].",
            BtfKind.Array => "It is an array: choose an element with [0].",
            BtfKind.Forward => "The kernel's types know only its name.",
            BtfKind.Void => "The pointer does not say what it points to.",
            _ => "Leave this part off.",
        };

        private ExpressionException Wrong(BtfPathElement element, string why, string mend) =>
            new(path.Text, $"at '{path.Text[element.Start..element.End]}', {why}", mend);
    }
}
