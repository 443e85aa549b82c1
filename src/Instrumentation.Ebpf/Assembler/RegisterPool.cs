namespace Instrumentation.Ebpf.Assembler;

/// <summary>Hands out the registers that survive calls.</summary>
internal sealed class RegisterPool
{
    private RegisterSet _free;

    /// <summary>Begins with some registers.</summary>
    /// <param name="free">The registers; mostly R6 to R9, less what the program holds throughout.</param>
    public RegisterPool(RegisterSet free) => _free = free & (Register.R6 | (RegisterSet)Register.R7 | Register.R8 | Register.R9);

    /// <summary>Takes a register.</summary>
    /// <param name="register">The register.</param>
    /// <returns>False when none is left: the value has to lie on the stack.</returns>
    public bool TryRent(out Register register)
    {
        for (register = Register.R6; register <= Register.R9; register++)
        {
            if (_free.Contains(register))
            {
                _free -= register;
                return true;
            }
        }

        register = default;
        return false;
    }

    /// <summary>Gives a register back.</summary>
    /// <param name="register">What <see cref="TryRent"/> gave.</param>
    public void Return(Register register) => _free |= register;
}
