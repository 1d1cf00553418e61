# terminal.py -- runs a program in a terminal of so many columns, and prints what it writes there:
# terminal.py COLUMNS NAME=VALUE,... PROGRAM ARGUMENT...
import fcntl, os, pty, struct, sys, termios

columns, settings, program = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
environment = {k: v for k, v in os.environ.items() if k not in ('LC_ALL', 'LC_CTYPE', 'LANG', 'NO_COLOR')}
environment.update(x.split('=', 1) for x in settings.split(','))
ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
child = os.fork()
if child == 0:
    os.login_tty(theirs) if hasattr(os, 'login_tty') else [os.dup2(theirs, i) for i in range(3)]
    os.close(ours)
    os.execvpe(program[0], program, environment)
os.close(theirs)
while True:
    try:
        data = os.read(ours, 65536)
    except OSError:
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
